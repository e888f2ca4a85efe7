using System.Text.Json;
using Fovea.Imaging;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Fovea.Studio.Serving;

/// <summary>Turns every error into <c>application/problem+json</c>: what users can cause into a 4xx that says what to do, the rest into a 500 without insides.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, Action<Exception> report)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null } response)
            {
                await Write(context, response.StatusCode, null, $"{context.Request.Method} {context.Request.Path} is not part of this interface; /openapi.json describes it.");
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            (int status, string? title) = Of(e);
            if (status >= 500)
            {
                report(e);
            }

            await Write(context, status, title, status >= 500 ? "The studio failed at this; its window says more." : e.Message);
        }
    }

    /// <summary>The status and the title of an error.</summary>
    public static (int Status, string? Title) Of(Exception error) => error switch
    {
        StudioProblem problem => (problem.Status, problem.Title),
        BadHttpRequestException request => (request.StatusCode, null),
        ImageException { Error: ImageError.TooLarge } => (StatusCodes.Status413PayloadTooLarge, "Picture too large"),
        ImageException { Error: ImageError.UnknownFormat } => (StatusCodes.Status415UnsupportedMediaType, "No picture that can be read"),
        ImageException => (StatusCodes.Status400BadRequest, "Damaged picture"),
        FileNotFoundException or DirectoryNotFoundException => (StatusCodes.Status404NotFound, "No such file"),
        MemoryException or OutOfMemoryException => (StatusCodes.Status413PayloadTooLarge, "Not enough memory"),
        FoveaException => (StatusCodes.Status422UnprocessableEntity, "That does not go together"),
        JsonException or FormatException => (StatusCodes.Status400BadRequest, "Wrong request"),
        UnauthorizedAccessException => (StatusCodes.Status403Forbidden, "Not readable"),
        _ => (StatusCodes.Status500InternalServerError, null),
    };

    /// <summary>Writes the problem as the answer.</summary>
    public static Task Write(HttpContext context, int status, string? title, string detail)
    {
        context.Response.Clear();
        SecurityHeaders.Set(context.Response.Headers);
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new Problem(title ?? ReasonPhrases.GetReasonPhrase(status), status, detail), StudioJson.Default.Problem, "application/problem+json");
    }
}
