namespace Fovea.Training;

/// <summary>Fields of comma-separated values (RFC 4180).</summary>
internal static class Csv
{
    /// <summary>The field, in quotes if it holds a comma, a quote or a line break.</summary>
    public static string Quote(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
