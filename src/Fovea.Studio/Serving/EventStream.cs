using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fovea.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace Fovea.Studio.Serving;

/// <summary>An answer in server-sent events, while the work for it goes on; when the client closes the connection the work is cancelled.</summary>
internal sealed class EventStream(Func<EventStream.Sender, Task> work) : IResult
{
    public const string ContentType = "text/event-stream";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var sender = new Sender(httpContext);
        try
        {
            await work(sender);
        }
        catch (Exception e) when (httpContext.Response.HasStarted && e is not OperationCanceledException)
        {
            // Too late for a status: the last event says it.
            (int status, string? title) = ProblemMiddleware.Of(e);
            await sender.Event("problem", new Problem(title ?? "Failed", status, status >= 500 ? "The studio failed at this." : e.Message), ProblemJson.Default.Problem);
        }
    }

    /// <summary>Sends events.</summary>
    public sealed class Sender(HttpContext context)
    {
        /// <summary>Cancelled when nobody listens any more.</summary>
        public CancellationToken Cancellation => context.RequestAborted;

        /// <summary>Sends one.</summary>
        public async Task Event<T>(string name, T data, JsonTypeInfo<T> type)
        {
            context.Response.ContentType ??= ContentType;
            byte[] text = Encoding.UTF8.GetBytes($"event: {name}\ndata: {JsonSerializer.Serialize(data, type)}\n\n");
            await context.Response.Body.WriteAsync(text, Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
        }
    }
}
