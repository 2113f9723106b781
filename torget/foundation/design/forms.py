from django.forms.renderers import TemplatesSetting


class DesignFormRenderer(TemplatesSetting):
    pass
