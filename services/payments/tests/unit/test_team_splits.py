"""A team's parts: no minor unit is lost, and nobody is a whole unit away from the exact share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payments_bank import Bank

from chassis.ids import new_id
from contracts.payments.events import FundsReleased
from payments.domain.errors import SplitNotWhole
from payments.domain.ledger import Account, AccountKind
from payments.domain.splits import Member, check_split, divided

THIRDS = (Member(new_id("user"), 3_334), Member(new_id("user"), 3_333), Member(new_id("user"), 3_333))


@st.composite
def teams(draw: st.DrawFn) -> tuple[Member, ...]:
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=6)))
    return tuple(Member(f"m{n}", end - begin) for n, (begin, end) in enumerate(zip([0, *cuts], [*cuts, 10_000], strict=True)))


@given(st.integers(0, 10**12), teams())
def test_the_parts_add_up_and_are_fair(amount: int, team: tuple[Member, ...]) -> None:
    check_split(team)
    parts = divided(amount, team)
    assert sum(parts) == amount
    assert all(abs(part * 10_000 - amount * member.basis_points) < 10_000 for part, member in zip(parts, team, strict=True))


def test_one_cent_among_three_goes_to_one() -> None:
    assert divided(1, THIRDS) == (1, 0, 0)
    assert divided(2, THIRDS) == (1, 1, 0)
    assert divided(100, THIRDS) == (34, 33, 33)


@pytest.mark.parametrize(
    "team",
    [(), (Member("a", 9_999),), (Member("a", 5_000), Member("a", 5_000)), (Member("a", 10_000), Member("b", 0))],
    ids=["nobody", "too little", "twice", "nothing"],
)
def test_a_split_is_whole(team: tuple[Member, ...]) -> None:
    with pytest.raises(SplitNotWhole):
        check_split(team)


@pytest.mark.parametrize(("amount", "fee"), [(60_000, 6_000), (1, 0), (5, 1)])
def test_a_release_pays_each_member_and_keeps_one_fee(amount: int, fee: int) -> None:
    bank = Bank((amount,))
    bank.accept()
    with bank.memory.unit_of_work() as work:
        work.escrows.save(bank.escrow.set_team(THIRDS))
    bank.fund()
    bank.release(0)
    bank.settle()
    assert bank.sums() == (amount, 0, amount - fee, 0, fee)
    with bank.memory.unit_of_work() as work:
        got = tuple(work.balances.get(Account(AccountKind.AVAILABLE, member.user_id, "EUR")).amount for member in THIRDS)
    assert got == divided(amount - fee, THIRDS)
    told = bank.events(FundsReleased)
    assert sum(fact.net.amount_minor for fact in told) == amount - fee
    assert [fact.milestone_settled for fact in told] == [False] * (len(told) - 1) + [True]
    bank.check()
