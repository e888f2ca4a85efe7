using System.Text.RegularExpressions;

namespace Fovea.Io;

/// <summary>Names of tensors in few words: those of one layer together, and layers that differ in numbers alone together.</summary>
internal static partial class NameGroups
{
    private const int Shown = 6;

    /// <summary><c>fc (2 tensors), layer*.*.attention.channel.fc1 (8 tensors)</c>.</summary>
    public static string Of(IReadOnlyCollection<string> names)
    {
        (string Name, int Count)[] groups =
        [
            .. names.GroupBy(n => Numbers().Replace(n.LastIndexOf('.') is > 0 and var dot ? n[..dot] : n, ".*"), StringComparer.Ordinal)
                .Select(g => (g.Key, g.Count())),
        ];
        string more = groups.Length > Shown ? $" and {groups.Skip(Shown).Sum(g => g.Count)} more" : string.Empty;
        return string.Join(", ", groups.Take(Shown).Select(g => $"{g.Name} ({g.Count} {(g.Count == 1 ? "tensor" : "tensors")})")) + more;
    }

    [GeneratedRegex(@"(?<=[a-z])\d+(?=\.)|\.\d+(?=\.|$)")]
    private static partial Regex Numbers();
}
