"""The baseline: takes events from a queue and acknowledges them, with no database and nothing of ours. Prints how many when told to end."""

import asyncio
import os
import signal

import aio_pika


async def main() -> None:
    taken = 0
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)

    async def take(message) -> None:
        nonlocal taken
        await message.ack()
        taken += 1

    async with await aio_pika.connect(os.environ["BARE_AMQP_URL"]) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=100)
        queue = await channel.declare_queue("bare", durable=True, arguments={"x-queue-type": "quorum"})
        await queue.consume(take)
        print("ready", flush=True)
        await ended.wait()
    print(taken, flush=True)


asyncio.run(main())
