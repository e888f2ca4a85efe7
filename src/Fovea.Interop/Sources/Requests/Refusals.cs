using System.Net;

namespace Fovea.Io;

/// <summary>What an answer means that is no file.</summary>
internal static class Refusals
{
    /// <summary>Whether the server may give the file when it is asked again.</summary>
    public static bool MayPass(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>How long the server asks to be left alone; null where it does not say.</summary>
    public static TimeSpan? After(WebAnswer answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } span } => span,
        { Date: { } time } when time - DateTimeOffset.UtcNow is var span && span > TimeSpan.Zero => span,
        _ => null,
    };

    /// <summary>The error of an answer that will not be another when it is asked for again.</summary>
    /// <param name="file">What was asked for.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="hasToken">Whether it was said who asks.</param>
    public static SourceException Of(RemoteFile file, WebAnswer answer, bool hasToken)
    {
        (SourceError error, string problem) = answer.Status switch
        {
            HttpStatusCode.Unauthorized => (SourceError.NotAllowed, Unauthorized(file.Hub, hasToken)),
            HttpStatusCode.Forbidden => (SourceError.NotAllowed, Forbidden(file, hasToken)),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => (SourceError.NotFound, NotFound(file, answer)),
            var other => (SourceError.Refused, $"{answer.Address.Host} answers {(int)other}{Said(answer)} instead of the file"),
        };
        return new SourceException(file.Source, error, problem);
    }

    /// <summary>Whether the server says that the repository and the revision are there, and the file is not.</summary>
    public static bool LacksFile(WebAnswer answer) => answer.Status == HttpStatusCode.NotFound && ErrorCode(answer) is null or "EntryNotFound";

    private static string Unauthorized(HubPlace? hub, bool hasToken) => hub is null ? "the server wants to know who asks (401), and to addresses nothing is sent; fetch the file by other means and give its path"
        : hasToken ? $"the server does not accept the token in HF_TOKEN for {hub.Repository} (401); give one that is valid and may read it"
        : $"the server wants to know who asks (401): {hub.Repository} is private or gated, or not there; set HF_TOKEN to a token that may read it";

    private static string Forbidden(RemoteFile file, bool hasToken) => file.Hub is not { } hub ? "the server does not give the file to you (403)"
        : $"the server does not give {hub.Repository} to {(hasToken ? "the owner of the token in HF_TOKEN" : "those who do not say who they are")} (403); "
            + $"ask for access at {file.TokenFor!.AbsoluteUri.TrimEnd('/')}/{hub.Repository}{(hasToken ? string.Empty : ", and set HF_TOKEN")}";

    private static string NotFound(RemoteFile file, WebAnswer answer) => file.Hub is not { } hub ? $"{answer.Address.Host} has no such file ({(int)answer.Status})"
        : ErrorCode(answer) switch
        {
            "EntryNotFound" => $"{hub.Repository} has no file {file.Within} at {hub.Revision}",
            "RevisionNotFound" => $"{hub.Repository} has no revision {hub.Revision}",
            "RepoNotFound" => $"there is no repository {hub.Repository}{(file.TokenFor is null ? string.Empty : ", or HF_TOKEN is needed to see it")}",
            _ => $"{hub.Repository} is not there, or has no revision {hub.Revision}, or no file {file.Within} in it ({(int)answer.Status})",
        };

    private static string? ErrorCode(WebAnswer answer) => WebAnswer.Text(answer.Headers, "X-Error-Code");

    private static string Said(WebAnswer answer) => WebAnswer.Text(answer.Headers, "X-Error-Message") is { } message ? $" ({ErrorText.Of(message).TrimEnd('.')})" : string.Empty;
}
