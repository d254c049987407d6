async def test_x(opened, account):
    async with opened(credentials=None) as c:
        print(c.app.focused)
        await c.write("demo"); print(c.app.focused)
        await c.press("tab"); print(c.app.focused)
        await c.press("tab"); print(c.app.focused)
        print(c.screen_text())
