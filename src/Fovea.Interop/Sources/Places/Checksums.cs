namespace Fovea.Io;

/// <summary>SHA-256 and Git's names of commits as text.</summary>
internal static class Checksums
{
    private const int Sha256Digits = 64;
    private const int CommitDigits = 40;

    /// <summary>The checksum in lower case; null if the text is none.</summary>
    public static string? Read(string? text) => IsHex(text, Sha256Digits) ? text!.ToLowerInvariant() : null;

    /// <summary>Whether the text is the full name of a commit, which never changes what it holds.</summary>
    public static bool IsCommit(string? text) => IsHex(text, CommitDigits);

    private static bool IsHex(string? text, int digits) => text?.Length == digits && text.All(char.IsAsciiHexDigit);
}
