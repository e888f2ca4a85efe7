using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Playwright;

namespace Fovea.Bench.Studio;

/// <summary>A browser as people have one: open, with a page of another server of this machine loaded and painted before, and done with that.</summary>
internal static class WarmBrowser
{
    // What a browser does behind a page that is shown: it compiles, caches, and ends processes that it has no use for.
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(3);

    private const string Body = "<!doctype html><canvas width=64 height=64></canvas><script type=module>document.querySelector('canvas').getContext('2d').fillRect(0, 0, 9, 9); await fetch('/again'); document.body.append(document.createElement('hr'));</script>";

    public static async Task Warm(IPage page)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        Task serving = Serve(listener, stop.Token);
        await page.GotoAsync($"http://{listener.LocalEndpoint}/");
        await page.WaitForSelectorAsync("hr");
        await stop.CancelAsync();
        await serving;
        await Task.Delay(s_rest);
    }

    private static async Task Serve(TcpListener listener, CancellationToken stop)
    {
        byte[] answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"), asked = new byte[8192];
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(stop);
                _ = await client.Client.ReceiveAsync(asked, stop);
                await client.GetStream().WriteAsync(answer, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The page is there.
        }
    }
}
