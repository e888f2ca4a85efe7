namespace Fovea.Testing;

/// <summary>
/// Finds the optional folder of large acceptance data: the variable <c>FOVEA_SHARED</c>, or a folder <c>shared</c> beside the checkout.
/// A clone has none, and the tests that want it say that they were skipped.
/// </summary>
public static class SharedData
{
    /// <summary>The folder, or null when it is not there.</summary>
    public static string? Root { get; } = Find();

    /// <summary>The reason printed for a skipped test.</summary>
    public const string Missing = "the shared acceptance data are not here (set FOVEA_SHARED to their folder)";

    /// <summary>The full path of something in the folder, or null when the folder or the thing is not there.</summary>
    public static string? Path(string relative)
    {
        if (Root is null)
        {
            return null;
        }

        string path = System.IO.Path.Combine(Root, relative);
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("FOVEA_SHARED");
        if (named is { Length: > 0 })
        {
            return Directory.Exists(named) ? named : null;
        }

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Fovea.slnx")))
            {
                string beside = System.IO.Path.Combine(at.Parent?.FullName ?? at.FullName, "shared");
                return Directory.Exists(beside) ? beside : null;
            }
        }

        return null;
    }
}
