"""Fills an empty platform with a small market, through the public API: people, open challenges, applications."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from local_platform.demo import running_market

CHALLENGERS = [("Nora Lind", "en"), ("Jonas Weber", "de")]
SOLVERS: list[tuple[str, list[str]]] = [
    ("Ada Okafor", ["python", "data engineering", "postgresql"]),
    ("Mateo Ruiz", ["react", "typescript", "accessibility"]),
    ("Yuki Tanaka", ["machine learning", "computer vision", "pytorch"]),
    ("Lena Novak", ["copywriting", "seo", "content strategy"]),
]
# title, description, category, difficulty, skills, reward
CHALLENGES: list[tuple[str, str, str, str, list[str], dict[str, Any]]] = [
    (
        "Detect defects in wind turbine blades",
        "Train a vision model that finds cracks and erosion in drone photographs of blades; 4,000 labelled pictures are given.",
        "data", "expert", ["computer vision", "pytorch"],
        {"kind": "milestones", "milestones": [
            {"title": "Baseline model", "amount": {"amount_minor": 250000, "currency": "EUR"}},
            {"title": "Model above 0.9 recall", "amount": {"amount_minor": 450000, "currency": "EUR"}}]},
    ),
    (
        "An accessible booking form",
        "Rebuild our booking form in React so that it passes WCAG 2.2 AA with keyboard and screen reader.",
        "software", "intermediate", ["react", "accessibility"],
        {"kind": "fixed", "amount": {"amount_minor": 180000, "currency": "EUR"}},
    ),
    (
        "Move a reporting database to PostgreSQL",
        "Plan and carry out the move of a 40 GB MySQL reporting database, with less than ten minutes without service.",
        "software", "advanced", ["postgresql", "data engineering"],
        {"kind": "range", "min": {"amount_minor": 300000, "currency": "EUR"}, "max": {"amount_minor": 500000, "currency": "EUR"}},
    ),
    (
        "Ten articles on urban gardening",
        "Write ten well researched articles of 800 words on balcony and community gardens, each with sources.",
        "writing", "beginner", ["copywriting", "seo"],
        {"kind": "fixed", "amount": {"amount_minor": 90000, "currency": "USD"}},
    ),
    (
        "A brand for a bicycle workshop",
        "Logo, colours and two typefaces for a small workshop, with a one-page guide on their use.",
        "design", "intermediate", ["branding", "typography"],
        {"kind": "fixed", "amount": {"amount_minor": 120000, "currency": "GBP"}},
    ),
]  # fmt: skip


async def fill() -> None:
    """Register everybody, publish every challenge, and have the fitting solvers apply."""
    async with running_market() as market:
        challengers = [await market.join(name, "challenger", locale=locale) for name, locale in CHALLENGERS]
        solvers = [await market.join(name, "solver", skills=skills) for name, skills in SOLVERS]
        for number, (title, description, category, difficulty, skills, reward) in enumerate(CHALLENGES):
            owner = challengers[number % len(challengers)]
            draft = {
                "title": title,
                "description": description,
                "category": category,
                "difficulty": difficulty,
                "skills": skills,
                "tags": [],
                "reward": reward,
                "deadline": (datetime.now(UTC) + timedelta(days=20 + 5 * number)).isoformat(),
            }
            created = (await owner.post("/v1/challenges", draft, expect=201)).body
            await owner.post(f"/v1/challenges/{created['id']}/publish", expect=200)
            for solver, (_, known) in zip(solvers, SOLVERS, strict=True):
                if set(known) & set(skills):
                    body = {
                        "proposal": f"I have done this before; see my profile, {solver.name}.",
                        "timeline_days": 14,
                        "budget": _budget(reward),
                    }
                    await solver.post(f"/v1/challenges/{created['id']}/applications", body, expect=201)


def _budget(reward: dict[str, Any]) -> dict[str, Any]:
    if reward["kind"] == "milestones":
        amounts = [step["amount"] for step in reward["milestones"]]
        return {"amount_minor": sum(amount["amount_minor"] for amount in amounts), "currency": amounts[0]["currency"]}
    return dict(reward["amount"] if reward["kind"] == "fixed" else reward["max"])


if __name__ == "__main__":
    asyncio.run(fill())
