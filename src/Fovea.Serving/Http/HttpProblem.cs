using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Fovea.Serving.Http;

/// <summary>A request that cannot be answered, with the status and the words of the answer.</summary>
internal sealed class HttpProblem : Exception
{
    public HttpProblem(int status, string title, string detail)
        : base(detail) => (Status, Title) = (status, title);

    /// <summary>The HTTP status, 4xx or 503 and 504.</summary>
    public int Status { get; }

    /// <summary>What kind of problem it is, in a few words.</summary>
    public string Title { get; }

    /// <summary>When to try again; null (default) says nothing of it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Something of that name is not there.</summary>
    /// <param name="what">What is missing: <c>model</c>.</param>
    /// <param name="id">The name that was asked for.</param>
    /// <param name="advice">What to do then.</param>
    public static HttpProblem NotFound(string what, string id, string advice) =>
        new(StatusCodes.Status404NotFound, $"No such {what}", $"There is no {what} \"{(id.Length > MostShown ? id[..MostShown] : id)}\"; {advice}");

    public static HttpProblem Wrong(string parameter, string expected, object? got) =>
        new(StatusCodes.Status400BadRequest, "Wrong request", string.Create(CultureInfo.InvariantCulture, $"{parameter}: expected {expected}, got {got ?? "nothing"}."));

    /// <summary>A number within bounds, or the default when none was given.</summary>
    public static int Check(string parameter, int? value, int least, int most, int? whenAbsent = null) =>
        (value ?? whenAbsent) is { } number && number >= least && number <= most
            ? number
            : throw Wrong(parameter, Range(least, most), value);

    /// <summary>One of some words, or the first when none was given.</summary>
    public static string Check(string parameter, string? value, params string[] words) =>
        value is null ? words[0] : Array.IndexOf(words, value) >= 0 ? value : throw Wrong(parameter, string.Join(" or ", words), $"\"{value}\"");

    private const int MostShown = 200;

    private static string Range(int least, int most) =>
        most < least ? "no value (there is none here to choose from: leave it out)"
        : most == least ? $"{least}"
        : most == int.MaxValue ? $"a whole number of at least {least}"
        : $"a whole number from {least} to {most}";
}
