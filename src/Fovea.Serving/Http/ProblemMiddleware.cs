using System.Globalization;
using System.Text.Json;
using Fovea.Imaging;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Fovea.Serving.Http;

/// <summary>Turns every error into <c>application/problem+json</c>: what users can cause into a 4xx that says what to do, the rest into a 500 without insides.</summary>
/// <param name="next">What answers.</param>
/// <param name="report">Is told of errors that are the program's own fault.</param>
/// <param name="ownFault">What the answer says of those: <c>The studio failed at this; its window says more.</c></param>
internal sealed class ProblemMiddleware(RequestDelegate next, Action<Exception> report, string ownFault)
{
    // Characters of a query that an answer repeats.
    private const int MostShown = 200;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null } response)
            {
                await Write(context, response.StatusCode, null, Unanswered(context.Request, response.StatusCode));
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            (int status, string? title) = Of(e);
            if (e is not HttpProblem && status >= StatusCodes.Status500InternalServerError)
            {
                report(e);
                await Write(context, status, title, ownFault);
                return;
            }

            await Write(context, status, title, e.Message, (e as HttpProblem)?.RetryAfter);
        }
    }

    // What no endpoint has said anything of: an address that there is not, or a value that does not parse.
    private static string Unanswered(HttpRequest request, int status) => status == StatusCodes.Status400BadRequest
        ? $"{request.Method} {request.Path}: expected the parameters that /openapi.json describes, got {(request.QueryString.Value is { Length: > 0 } query ? query[..Math.Min(query.Length, MostShown)] : "none")}."
        : $"{request.Method} {request.Path} is not part of this interface; /openapi.json describes it.";

    /// <summary>The status and the title of an error.</summary>
    public static (int Status, string? Title) Of(Exception error) => error switch
    {
        HttpProblem problem => (problem.Status, problem.Title),
        BadHttpRequestException request => (request.StatusCode, null),
        ImageException { Error: ImageError.TooLarge } => (StatusCodes.Status413PayloadTooLarge, "Picture too large"),
        ImageException { Error: ImageError.UnknownFormat } => (StatusCodes.Status415UnsupportedMediaType, "No picture that can be read"),
        ImageException => (StatusCodes.Status400BadRequest, "Damaged picture"),
        FileNotFoundException or DirectoryNotFoundException => (StatusCodes.Status404NotFound, "No such file"),
        MemoryException or OutOfMemoryException => (StatusCodes.Status413PayloadTooLarge, "Not enough memory"),
        FoveaException => (StatusCodes.Status422UnprocessableEntity, "That does not go together"),
        JsonException or FormatException or InvalidDataException => (StatusCodes.Status400BadRequest, "Wrong request"),
        UnauthorizedAccessException => (StatusCodes.Status403Forbidden, "Not readable"),
        _ => (StatusCodes.Status500InternalServerError, null),
    };

    /// <summary>Writes the problem as the answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="title">What kind of problem it is; null for the status' own name.</param>
    /// <param name="detail">What was expected, what came, what to do.</param>
    /// <param name="retryAfter">When to try again; null says nothing of it.</param>
    /// <param name="configure">Sets further headers; null sets none.</param>
    public static Task Write(
        HttpContext context, int status, string? title, string detail, TimeSpan? retryAfter = null, Action<IHeaderDictionary>? configure = null)
    {
        context.Response.Clear();
        SecurityHeaders.Set(context.Response.Headers);
        context.Response.StatusCode = status;
        if (LeavesBodyUnread(context))
        {
            context.Response.Headers.Connection = "close";
        }

        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        configure?.Invoke(context.Response.Headers);
        return context.Response.WriteAsJsonAsync(
            new Problem(title ?? ReasonPhrases.GetReasonPhrase(status), status, detail), ProblemJson.Default.Problem, "application/problem+json");
    }

    // The server does not read such a body to its end, and the connection ends with it; who is not told would send the next request into it.
    private static bool LeavesBodyUnread(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol)
        && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
        && context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is { } most
        && !(context.Request.ContentLength <= most);
}
