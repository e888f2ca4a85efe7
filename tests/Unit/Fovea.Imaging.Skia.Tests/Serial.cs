namespace Fovea.Imaging.Skia.Tests;

/// <summary>Tests that run when no other does: they read what the whole process holds.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Serial
{
    public const string Name = "serial";
}
