"""The fixtures that other tests stand on."""

from __future__ import annotations

import asyncio

import aio_pika
import pymongo
import redis as redis_client

from local_platform.publishing import empty_queues


async def test_the_broker_has_a_virtual_host_for_this_session(amqp_url: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(exclusive=True)
        await channel.default_exchange.publish(aio_pika.Message(b"hello"), queue.name)
        message = await queue.get(timeout=5)
        assert message.body == b"hello"
        await message.ack()


async def test_a_queue_is_emptied_of_what_a_consumer_held_too(amqp_url: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("held", durable=True, arguments={"x-queue-type": "quorum"})
        for _ in range(2):
            await channel.default_exchange.publish(aio_pika.Message(b"hello"), queue.name)
        async with await aio_pika.connect(amqp_url) as another:
            ended = await another.channel()
            await ended.set_qos(prefetch_count=1)
            held: asyncio.Queue[object] = asyncio.Queue()
            await (await ended.get_queue("held")).consume(held.put)
            await held.get()
        await asyncio.to_thread(empty_queues, amqp_url, ["never declared", "held"])
        assert await queue.get(fail=False) is None


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
