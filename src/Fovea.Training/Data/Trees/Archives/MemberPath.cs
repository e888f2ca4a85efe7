namespace Fovea.Training.Data;

/// <summary>The names that archives give their members.</summary>
internal static class MemberPath
{
    /// <summary>The longest path, in characters: what systems take.</summary>
    public const int Longest = 4096;

    /// <summary>The most folders one in another. Every one of them is a name of its own in the list of folders.</summary>
    public const int Deepest = 64;

    /// <summary>A path with '/' between its parts, without empty and "." parts; null when a part is hidden or leads upwards.</summary>
    /// <remarks>Archives made on Windows may have '\' between the parts, which no picture's name holds elsewhere.</remarks>
    /// <param name="path">The name in the archive.</param>
    /// <param name="source">The archive for messages.</param>
    /// <exception cref="DataException">It is longer, or leads through more folders, than data have.</exception>
    public static string? Normalise(string path, string source)
    {
        int folders = path.AsSpan().Count('/') + path.AsSpan().Count('\\');
        if (path.Length > Longest || folders > Deepest)
        {
            throw new DataException($"{source}: a name has {path.Length} characters in {folders + 1} parts; at most {Longest} in {Deepest + 1} are read.");
        }

        string[] parts = path.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);
        var kept = new List<string>(parts.Length);
        foreach (string part in parts)
        {
            if (part == ".")
            {
                continue;
            }

            if (PassedOver.IsHidden(part))
            {
                return null;
            }

            kept.Add(part);
        }

        return kept.Count == 0 ? null : string.Join('/', kept);
    }
}
