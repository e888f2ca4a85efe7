using Microsoft.AspNetCore.Http;

namespace Fovea.Studio.Serving;

/// <summary>A request that cannot be answered, with the status and the words of the answer.</summary>
internal sealed class StudioProblem : Exception
{
    public StudioProblem(int status, string title, string detail)
        : base(detail) => (Status, Title) = (status, title);

    /// <summary>The HTTP status, 4xx.</summary>
    public int Status { get; }

    /// <summary>What kind of problem it is, in a few words.</summary>
    public string Title { get; }

    public static StudioProblem NotFound(string what, string id) =>
        new(StatusCodes.Status404NotFound, $"No such {what}", $"There is no {what} \"{id}\"; it may have been closed to make room for others. Open it again.");

    public static StudioProblem Wrong(string parameter, string expected, object? got) =>
        new(StatusCodes.Status400BadRequest, "Wrong request", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{parameter}: expected {expected}, got {got ?? "nothing"}."));

    /// <summary>A number within bounds, or the default when none was given.</summary>
    public static int Check(string parameter, int? value, int least, int most, int? whenAbsent = null) =>
        (value ?? whenAbsent) is { } number && number >= least && number <= most
            ? number
            : throw Wrong(parameter, least == most ? $"{least}" : $"a whole number from {least} to {most}", value);

    /// <summary>One of some words, or the first when none was given.</summary>
    public static string Check(string parameter, string? value, params string[] words) =>
        value is null ? words[0] : Array.IndexOf(words, value) >= 0 ? value : throw Wrong(parameter, string.Join(" or ", words), $"\"{value}\"");
}
