from django.apps import AppConfig


class OnboardingApp(AppConfig):
    name = "torget.onboarding"
    label = "onboarding"
