using System.Globalization;

namespace Fovea.Io.KeyMaps;

/// <summary>How a tensor's elements lie in the source, where that differs from ours.</summary>
internal enum KeyLayout
{
    /// <summary>As ours.</summary>
    Same,

    /// <summary>A 1×1 convolution [O, I, 1, 1] where ours is a linear map [O, I]; the numbers lie alike.</summary>
    Pointwise,

    /// <summary>A scalar where ours is [1].</summary>
    Scalar,

    /// <summary>A vector [C] where ours is [C, 1, 1].</summary>
    Column,

    /// <summary>A linear map over patches flattened as (row, column, channel) where ours is a convolution [D, C, rows, columns].</summary>
    Patch,
}

/// <summary>
/// One line of a key map. A last segment <c>*</c> stands for weight, bias and batch norm's buffers; <c>{i}</c> for a number, and
/// <c>{i+1}</c> for a number that the source counts from one.
/// </summary>
/// <param name="From">The name in the source, without what stands before the module.</param>
/// <param name="To">The name in ours.</param>
/// <param name="Layout">How the elements lie.</param>
/// <param name="Rank">The rank that the weight has; null when any will do.</param>
/// <param name="IsOptional">Whether the source may lack it.</param>
internal sealed record KeyRule(string From, string To, KeyLayout Layout = KeyLayout.Same, int? Rank = null, bool IsOptional = false)
{
    private static readonly string[] s_leaves = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

    /// <summary>Splits a name into what stands before the module and its name in ours, or says that the rule does not apply.</summary>
    public bool TryApply(string name, Tensor tensor, out string prefix, out string renamed)
    {
        (prefix, renamed) = (string.Empty, string.Empty);
        string[] segments = name.Split('.');
        string[] from = From.Split('.');
        int start = segments.Length - from.Length;
        if (start < 0 || (Rank is { } rank && segments[^1] == "weight" && tensor.Rank != rank))
        {
            return false;
        }

        string leaf = string.Empty;
        int? number = null;
        for (int i = 0; i < from.Length; i++)
        {
            string segment = segments[start + i];
            if (from[i] == "*")
            {
                leaf = segment;
                if (!s_leaves.Contains(leaf))
                {
                    return false;
                }
            }
            else if (!Numbered.Matches(from[i], segment, ref number))
            {
                return false;
            }
        }

        prefix = string.Join('.', segments[..start]);
        renamed = Numbered.Fill(To, number);
        renamed = renamed.EndsWith('*') ? string.Concat(renamed.AsSpan(0, renamed.Length - 1), leaf) : renamed;
        return true;
    }
}

/// <summary>Names with a number in them.</summary>
internal static class Numbered
{
    /// <summary>Whether a segment equals a pattern such as <c>gate_c_fc_{i}</c>; the number must be the same wherever it stands.</summary>
    public static bool Matches(string pattern, string segment, ref int? number)
    {
        int open = pattern.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            return pattern == segment;
        }

        int close = pattern.IndexOf('}', StringComparison.Ordinal);
        int from = pattern[(open + 1)..close] == "i+1" ? 1 : 0;
        ReadOnlySpan<char> text = segment;
        if (!text.StartsWith(pattern.AsSpan(0, open), StringComparison.Ordinal)
            || !text.EndsWith(pattern.AsSpan(close + 1), StringComparison.Ordinal)
            || text.Length < pattern.Length - (close + 1 - open)
            || !int.TryParse(text[open..(text.Length - (pattern.Length - close - 1))], NumberStyles.None, CultureInfo.InvariantCulture, out int found)
            || found < from || (number is { } before && before != found - from))
        {
            return false;
        }

        number = found - from;
        return true;
    }

    /// <summary>Puts the number in.</summary>
    public static string Fill(string pattern, int? number) =>
        number is { } n ? pattern.Replace("{i}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) : pattern;
}
