namespace Fovea.Testing;

/// <summary>Finds files of the checkout from a running test.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>Fovea.slnx</c>.</summary>
    public static string Root { get; } = Find();

    /// <summary>The full path of a file or folder under <c>tests/golden</c>.</summary>
    public static string Golden(params string[] parts) => Path.Combine([Root, "tests", "golden", .. parts]);

    private static string Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Fovea.slnx")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException("No Fovea.slnx above the test's folder; run the tests from a checkout.");
    }
}
