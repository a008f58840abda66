"""The fixtures that other tests stand on."""

from __future__ import annotations

import aio_pika
import pymongo
import redis as redis_client


async def test_the_broker_has_a_virtual_host_for_this_session(amqp_url: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(exclusive=True)
        await channel.default_exchange.publish(aio_pika.Message(b"hello"), queue.name)
        message = await queue.get(timeout=5)
        assert message.body == b"hello"
        await message.ack()


def test_the_database_takes_transactions(mongo_url: str, database_name: str) -> None:
    with pymongo.MongoClient[dict[str, int]](mongo_url) as client:
        things = client[database_name].things
        with client.start_session() as session:
            session.start_transaction()
            things.insert_one({"_id": 1}, session=session)
            session.abort_transaction()
        assert things.count_documents({}) == 0


def test_redis_answers(redis_url: str) -> None:
    with redis_client.Redis.from_url(redis_url) as client:
        assert client.ping()
