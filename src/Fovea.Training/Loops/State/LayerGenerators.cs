using Fovea.Layers;

namespace Fovea.Training;

/// <summary>Gives the layers that draw random numbers streams of their own, by name: none depends on how much another draws.</summary>
internal static class LayerGenerators
{
    public static void Seed(Module model, ulong seed)
    {
        Generator root = new Generator(seed).Fork("layers");
        foreach ((string name, Module module) in model.NamedModules())
        {
            if (module is IStochastic stochastic)
            {
                stochastic.Generator = root.Fork(name);
            }
        }
    }
}
