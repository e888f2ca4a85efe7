namespace Fovea.Layers;

/// <summary>Whether anybody listens to the calls of modules that a fused op would run without calling them.</summary>
internal static class Listeners
{
    /// <summary>Whether a module, or one below it, has a listener to its calls.</summary>
    public static bool Any(Module module) => module.HasListeners || AnyBelow(module);

    /// <summary>Whether a module below this one has a listener to its calls; its own is called whatever way it takes.</summary>
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
