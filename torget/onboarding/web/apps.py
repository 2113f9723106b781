from django.apps import AppConfig


class OnboardingWebApp(AppConfig):
    name = "torget.onboarding.web"
    label = "onboarding_web"

    def ready(self) -> None:
        from torget.onboarding.web.entry import register

        register()
