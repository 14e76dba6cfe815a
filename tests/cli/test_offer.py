"""The worked example's offer: every kind of token has one price, every payer uses tokens."""

from taximeter.cli import example, offer

END = 1_795_424_599


def test_every_kind_of_token_has_one_price() -> None:
    used = {(event.model, event.token_type) for event in example.events(END)}
    priced = [(price.model, price.token_type) for price in offer.PRICES]
    assert sorted(priced) == sorted(used)


def test_tiers_begin_with_free_tokens_and_go_on_without_end() -> None:
    for price in offer.PRICES:
        *bounded, last = price.tiers
        ends = [tier.up_to for tier in bounded if tier.up_to is not None]
        assert ends == sorted(ends)
        assert (len(ends), bounded[0].cents, last.up_to) == (len(bounded), "0", None)


def test_all_but_the_one_whose_trial_ended_subscribe_once() -> None:
    subscribed = [one.customer for one in offer.SUBSCRIPTIONS]
    known = {customer.slug for customer in example.CUSTOMERS}
    assert sorted(subscribed) == sorted(known - {"salar-studio"})
    assert {grant.customer for grant in offer.GRANTS} <= set(subscribed)
