using System.Globalization;

namespace Fovea.Training;

/// <summary>A cell of a <see cref="PageTable"/>: a text or a count by itself, other things by name.</summary>
/// <param name="Html">The cell as HTML.</param>
internal readonly record struct PageCell(string Html)
{
    /// <summary>A text.</summary>
    public static implicit operator PageCell(string text) => Of(Svg.Escape(text));

    /// <summary>A count.</summary>
    public static implicit operator PageCell(long count) => Of(count.ToString(CultureInfo.InvariantCulture));

    /// <summary>A text that stands out.</summary>
    public static PageCell Strong(string text) => Of($"<b>{Svg.Escape(text)}</b>");

    /// <summary>A text behind a patch of a colour.</summary>
    /// <param name="color">The colour, as CSS.</param>
    /// <param name="text">The text.</param>
    public static PageCell Keyed(string color, string text) => Of($"<span class=\"key\" style=\"background:{color}\"></span>{Svg.Escape(text)}");

    /// <summary>A bar of a share of the cell.</summary>
    /// <param name="share">0 to 1.</param>
    public static PageCell Bar(double share) => new(string.Create(CultureInfo.InvariantCulture, $"<td class=\"bar\"><i style=\"width:{100 * share:0.#}%\"></i></td>"));

    private static PageCell Of(string html) => new($"<td>{html}</td>");
}
