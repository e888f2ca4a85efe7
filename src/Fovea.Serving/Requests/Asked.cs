using System.Globalization;
using Fovea.Serving.Http;
using Fovea.Serving.Models;
using Microsoft.AspNetCore.Http;

namespace Fovea.Serving.Requests;

/// <summary>What a request asks for beside its pictures.</summary>
internal sealed record Asked
{
    private static readonly string[] s_names = ["attention", "target", "picture", "timeout"];

    /// <summary>The method of a map of where the model looked; null for no map.</summary>
    public string? Attention { get; init; }

    /// <summary>What the map is asked for; null for what the model sees.</summary>
    public string? Target { get; init; }

    /// <summary>Whether the answer holds pictures: masks, boxes drawn; null for masks alone.</summary>
    public bool? Picture { get; init; }

    /// <summary>Seconds that it may take; null for the server's own deadline.</summary>
    public double? Timeout { get; init; }

    /// <summary>The map; null for none.</summary>
    public LookRequest? Look => Attention is { } method ? new LookRequest(method, Target)
        : Target is null ? null
        : throw HttpProblem.Wrong("target", "it beside attention, whose map it is for", $"\"{Target}\" alone");

    /// <summary>Reads it from an address, and from the fields of a form.</summary>
    /// <exception cref="HttpProblem">A name or a value is none that there is.</exception>
    public static Asked Of(IEnumerable<KeyValuePair<string, string>> values)
    {
        var asked = new Asked();
        foreach ((string name, string text) in values)
        {
            asked = name switch
            {
                "attention" => asked with { Attention = text },
                "target" => asked with { Target = text },
                "picture" => asked with { Picture = bool.TryParse(text, out bool given) ? given : throw HttpProblem.Wrong(name, "true or false", $"\"{text}\"") },
                "timeout" => asked with
                {
                    Timeout = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) ? seconds : throw HttpProblem.Wrong(name, "seconds", $"\"{text}\""),
                },
                _ => throw HttpProblem.Wrong("parameter", $"one of {string.Join(", ", s_names)}", $"\"{name}\""),
            };
        }

        return asked;
    }

    /// <summary>Reads it from an address.</summary>
    public static Asked Of(IQueryCollection query) => Of(query.Select(q => KeyValuePair.Create(q.Key, q.Value.ToString())));

    /// <summary>This, with what another says in place of what it says.</summary>
    public Asked With(Asked other) => new()
    {
        Attention = other.Attention ?? Attention,
        Target = other.Target ?? Target,
        Picture = other.Picture ?? Picture,
        Timeout = other.Timeout ?? Timeout,
    };

    /// <summary>How long the request may take, at most as long as the server lets any.</summary>
    /// <exception cref="HttpProblem">It is no time.</exception>
    public TimeSpan TimeLimit(TimeSpan most) => Timeout is not { } seconds ? most
        : seconds is > 0 and <= int.MaxValue ? TimeSpan.FromSeconds(Math.Min(seconds, most.TotalSeconds))
        : throw HttpProblem.Wrong("timeout", "seconds above 0", seconds);
}
