namespace Fovea.Layers;

/// <summary>Whether somebody listens to the calls of modules that a fused op would run without calling them.</summary>
internal static class Listeners
{
    /// <summary>Whether a module, or one below it, has an <see cref="Module.AfterCall"/>.</summary>
    public static bool Any(Module module) => module.AfterCall is not null || AnyBelow(module);

    /// <summary>Whether a module below this one has an <see cref="Module.AfterCall"/>; its own is called whatever way it takes.</summary>
    public static bool AnyBelow(Module module)
    {
        foreach ((_, Module child) in module.Children)
        {
            if (Any(child))
            {
                return true;
            }
        }

        return false;
    }
}
