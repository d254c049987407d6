import time
async def test_try(opened):
    for size in ((120,40),(80,24)):
        t=time.time()
        async with opened(size) as c:
            print(c.screen_text()); print(time.time()-t)
            t=time.time(); await c.press("2"); print("press", time.time()-t)
            t=time.time(); await c.advance(3); print("adv3", time.time()-t)
            t=time.time(); await c.advance(30); print("adv30", time.time()-t)
            print(c.screen_text())
            print(len(c.account.requests), c.header)
        print("closed", time.time()-t)
