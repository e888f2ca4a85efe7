namespace Fovea.Layers;

/// <summary>
/// Modules one after the other. A child's name is its place, counted from 0, unless names are given; places may be left out so that
/// the names equal those of a sequence that has parameterless parts (a ReLU takes a number).
/// </summary>
public sealed class Sequential : Module
{
    /// <summary>Chains modules under the names 0, 1, 2, …</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        for (int i = 0; i < modules.Length; i++)
        {
            Register(i.ToString(System.Globalization.CultureInfo.InvariantCulture), modules[i]);
        }
    }

    /// <summary>Chains modules under names of their own.</summary>
    public Sequential(IEnumerable<(string Name, Module Module)> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach ((string name, Module module) in modules)
        {
            Register(name, module);
        }
    }

    /// <summary>The modules in order.</summary>
    public Module this[int index] => Children[index].Value;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        foreach ((string name, Module child) in Children)
        {
            x = child.Call(x);
        }

        return x;
    }
}
