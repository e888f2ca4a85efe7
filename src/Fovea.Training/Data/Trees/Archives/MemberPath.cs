namespace Fovea.Training.Data;

/// <summary>The names that archives give their members.</summary>
internal static class MemberPath
{
    /// <summary>A path with '/' between its parts, without empty and "." parts; null when a part is hidden or leads upwards.</summary>
    /// <remarks>Archives made on Windows may have '\' between the parts, which no picture's name holds elsewhere.</remarks>
    public static string? Normalise(string path)
    {
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
