using System.Text.Json;

namespace Fovea.Attention;

/// <summary>The words of the command line and of JSON for the members of an enumeration: <c>HardSigmoid</c> is <c>hard-sigmoid</c>.</summary>
internal static class ChoiceWords
{
    /// <summary>The words of all members, in their order.</summary>
    public static string[] All<TEnum>(char separator)
        where TEnum : struct, Enum => Array.ConvertAll(Enum.GetNames<TEnum>(), name => Policy(separator).ConvertName(name));

    /// <summary>The word of a member.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The enumeration has no such member.</exception>
    public static string Of<TEnum>(TEnum value, char separator)
        where TEnum : struct, Enum => Enum.GetName(value) is { } name
        ? Policy(separator).ConvertName(name)
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"expected a member of {typeof(TEnum).Name}: {string.Join(", ", Enum.GetNames<TEnum>())}.");

    /// <summary>The member of a word.</summary>
    public static TEnum Parse<TEnum>(string word, char separator)
        where TEnum : struct, Enum => Enum.GetValues<TEnum>()[Array.IndexOf(All<TEnum>(separator), word)];

    private static JsonNamingPolicy Policy(char separator) => separator == '_' ? JsonNamingPolicy.SnakeCaseLower : JsonNamingPolicy.KebabCaseLower;
}
