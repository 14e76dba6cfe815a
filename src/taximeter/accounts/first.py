"""The first sign-in: a server that nobody can sign in to yet makes a link for its owner."""

from taximeter.accounts.sign_in import SignInStore, create_link
from taximeter.accounts.user import FIRST_NAME, UserStore, add_user


def first_link(*, users: UserStore, sign_ins: SignInStore, minutes: int, now: int) -> str | None:
    """Return the secret of a link for the first account, or None once any has a password.

    The account is made where there is none. Each start makes another link; the earlier ones end.
    """
    kept = users.all()
    if any(one.password_hash is not None for one in kept):
        return None
    admins = [one for one in kept if one.may_change]
    user = admins[0] if admins else add_user(store=users, name=FIRST_NAME, role="admin", now=now)
    sign_ins.end_sessions(user=user.id)
    return create_link(store=sign_ins, user=user, minutes=minutes, now=now)
