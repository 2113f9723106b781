"""Charts as SVG made on the server, with no style or script in them.

Across, everything is in percent of the width; up and down, in pixels. So a chart fills whatever room it is given, and
its texts keep the size that the style sheet says. Colours, patterns and forced colours are the style sheet's too. The
data of a chart always stands beside it as a table (`{% table_of %}`), so the chart itself is one described image.
"""
