"""The children whose cards a guardian pays for: who they are, and a form to link one more with card and PIN."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from torget.payments.core.ports import LibrarySystemError
from torget.payments.fees.sign_in import SignedIn
from torget.payments.guardians.end_link import end_link
from torget.payments.guardians.link import LinkedAlready, NotAChild, link_child
from torget.payments.guardians.models import GuardianLink
from torget.payments.web.patron.card_fees import CardsNow, read_cards
from torget.payments.web.patron.fees import library_down
from torget.payments.web.patron.sign_in import SignInForm, try_sign_in
from torget.payments.web.patron_session import SignedInPatron, patron_required


@patron_required
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def children(request: HttpRequest, patron: SignedInPatron) -> HttpResponse:
    """The PIN of the child's card goes to the library system once and is forgotten."""
    try:
        read = read_cards(request)
    except LibrarySystemError:
        return library_down(request)
    if not _allows_guardians(read):
        raise Http404
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = try_sign_in(request, form)
        if found is not None and _link(patron, found, read, form):
            messages.success(request, _("The card is linked. Its fees are shown with yours."))
            return HttpResponseRedirect(reverse("fees"))
    context = {"form": form, "children": read.children, "children_are_silent": read.children_are_silent}
    return render(request, "guardians/children.html", context, status=422 if form.errors else 200)


def _allows_guardians(read: CardsNow) -> bool:
    return any(one.now.payable.configured.allows_guardians for one in read.cards if one.now)


def _link(guardian: SignedInPatron, child: SignedIn, read: CardsNow, form: SignInForm) -> bool:
    """False with the reason written on the form."""
    configured = next(one.now for one in read.cards if one.now).payable.configured
    try:
        link_child(
            guardian_id=guardian.patron_id,
            child=child,
            age_limit=configured.guardian_age_limit(child.identity.home_branch),
            at=timezone.now(),
        )
    except NotAChild:
        form.add_error(
            None,
            _(
                "This card cannot be linked: it is not a child's, or its municipality does not offer this. "
                "Its owner can sign in with it and pay."
            ),
        )
        return False
    except LinkedAlready:
        form.add_error(None, _("You have linked this card already."))
        return False
    return True


@patron_required
@require_POST
def end(request: HttpRequest, patron: SignedInPatron, link_id: int) -> HttpResponse:
    link = GuardianLink.objects.filter(pk=link_id, guardian_id=patron.patron_id).first()
    if link is None:
        raise Http404
    end_link(link=link, actor=f"patron:{patron.patron_id}", at=timezone.now())
    messages.success(request, _("The link is ended. You do not see the fees of that card any more."))
    return HttpResponseRedirect(reverse("children"))
