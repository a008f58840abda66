"""Copies do not wait for the model; what it missed is made good."""

from matching_fakes import challenge_view, profile, published, updated

from chassis.ids import new_id


def test_what_came_while_the_model_was_away_is_made_good(world):
    user, view = new_id("user"), challenge_view()
    world.embeddings.away = True
    world.record_profile(profile(user), 1)
    world.record_challenge(published(view), 1)
    world.embed_anew()
    assert (world.memory.solvers[user].embedding, world.memory.challenges[view.id].embedding) == (None, None)
    world.embeddings.away = False
    world.embed_anew()
    world.embed_anew()
    assert world.memory.solvers[user].embedding.model == "fake"
    assert world.memory.challenges[view.id].embedding.model == "fake"
    assert len(world.embeddings.asked) == 2


def test_the_old_meaning_serves_until_there_is_a_new_one(world):
    view = challenge_view()
    world.record_challenge(published(view), 1)
    before = world.memory.challenges[view.id].embedding
    world.embeddings.away = True
    world.record_challenge(updated(view.model_copy(update={"title": "Something else"})), 2)
    after = world.memory.challenges[view.id]
    assert (after.content.title, after.embedding) == ("Something else", before)


def test_a_copy_that_changed_meanwhile_is_left_alone(world):
    user = new_id("user")
    world.embeddings.away = True
    world.record_profile(profile(user, headline="Old"), 1)
    stale = world.market.without_meaning(5)
    world.record_profile(profile(user, headline="New"), 2)
    world.embeddings.away = False
    world.market.without_meaning = lambda limit: stale
    world.embed_anew()
    assert world.memory.solvers[user].embedding is None


def test_a_text_that_the_model_refuses_keeps_nobody_else_waiting(world):
    refused, others = new_id("user"), [new_id("user") for _ in range(6)]
    world.embeddings.away = True
    for user in (refused, *others):
        world.record_profile(profile(user, headline=user), 1)
    world.embeddings.away = False
    world.embeddings.refuses = {world.memory.solvers[refused].meaning}
    for _ in range(3):
        world.embed_anew()
    assert world.memory.solvers[refused].embedding is None
    assert all(world.memory.solvers[user].embedding for user in others)
    assert len(world.embeddings.asked) == 7  # nor is it asked about for ever
    world.record_profile(profile(refused, headline="Shorter"), 2)
    world.embed_anew()
    assert world.memory.solvers[refused].embedding is not None


def test_a_copy_does_not_wait_for_a_text_that_is_refused(world):
    view = challenge_view()
    world.record_challenge(published(view), 1)
    before = world.memory.challenges[view.id].embedding
    world.embeddings.refuses = {"Longer. Text"}
    world.record_challenge(updated(view.model_copy(update={"title": "Longer", "description": "Text", "skills": ()})), 2)
    after = world.memory.challenges[view.id]
    assert (after.content.title, after.embedding) == ("Longer", before)
