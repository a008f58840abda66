"""What a reward pays: its bounds, the budgets that fit it, and the milestones it is paid in."""

from __future__ import annotations

from collections.abc import Callable

from challenges.domain.errors import BudgetCurrency, BudgetOutOfBounds
from challenges.domain.milestone import Milestone
from contracts.challenges.terms import FixedReward, MilestonesReward, RangeReward, Reward
from contracts.errors import FieldError
from contracts.money import Price

NewId = Callable[[str], str]


def planned_milestones(reward: Reward, new_id: NewId) -> tuple[Milestone, ...]:
    """The steps a reader sees before a solver is chosen; fixed and range rewards have none until then."""
    if not isinstance(reward, MilestonesReward):
        return ()
    return tuple(Milestone(new_id("milestone"), step.title, step.amount) for step in reward.milestones)


def single_milestone(reward: Reward, title: str, budget: Price, new_id: NewId) -> tuple[Milestone]:
    """The one step of a reward without steps: the fixed amount, or the budget that was agreed within a range."""
    amount = reward.amount if isinstance(reward, FixedReward) else budget
    return (Milestone(new_id("milestone"), title, amount),)


def reward_bounds(reward: Reward) -> tuple[Price, Price]:
    """The least and the most that a reward pays in all, in its one currency."""
    if isinstance(reward, FixedReward):
        return reward.amount, reward.amount
    if isinstance(reward, MilestonesReward):
        first = reward.milestones[0].amount
        total = first.model_copy(update={"amount_minor": sum(step.amount.amount_minor for step in reward.milestones)})
        return total, total
    return reward.min, reward.max


def check_budget(reward: Reward, budget: Price) -> None:
    """A budget is in the reward's currency, within a range, and not above a fixed amount.

    Raises:
        BudgetCurrency, BudgetOutOfBounds.
    """
    least, most = reward_bounds(reward)
    if budget.currency != most.currency:
        raise BudgetCurrency(fields=(FieldError(pointer="/budget/currency", detail=f"must be {most.currency}"),))
    if isinstance(reward, MilestonesReward):
        return  # its steps are paid as they are, whatever an applicant expects
    low = least.amount_minor if isinstance(reward, RangeReward) else 1
    if not low <= budget.amount_minor <= most.amount_minor:
        detail = f"must be {low} to {most.amount_minor}"
        raise BudgetOutOfBounds(fields=(FieldError(pointer="/budget/amount_minor", detail=detail),))
