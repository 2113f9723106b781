"""DMN models as plain data, and their XML."""
