using Fovea.Inspect;

namespace Fovea.Cli.Flags;

/// <summary>The methods of maps, as the command line names them.</summary>
internal static class MethodNames
{
    /// <summary>The method where a map is asked for and no method.</summary>
    public const string Usual = "grad-cam";

    /// <summary>What stands for all of them.</summary>
    public const string All = "all";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Known { get; } = MapMethods.Keys;

    /// <summary>Some of them with commas between, or all.</summary>
    public static FlagValue<IReadOnlyList<string>> Value { get; } = new("NAME,…|all", text =>
    {
        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        return names is [All] ? Known
            : names.FirstOrDefault(n => !Known.Contains(n)) is { } unknown
                ? throw new FormatException($"there is no method \"{unknown}\"; methods are: {string.Join(", ", Known)}.")
            : [.. names.Distinct()];
    }, [.. Known, All]);
}
