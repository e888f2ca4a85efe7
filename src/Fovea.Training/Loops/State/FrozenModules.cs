namespace Fovea.Training;

/// <summary>Parts of a model that are not trained: their parameters get no gradient, and their norms keep their statistics.</summary>
internal sealed class FrozenModules
{
    private const string Backbone = "backbone";
    private readonly List<Module> _frozen = [];

    /// <summary>What models call their last layer.</summary>
    public static IReadOnlyList<string> Classifiers { get; } = ["linear", "fc", "head", "classifier", "segmentation_head"];

    /// <summary>Freezes parts of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="names">Dotted names; all below a name is frozen with it. <c>backbone</c> is all but the classifier.</param>
    /// <exception cref="OptionException">There is no such part.</exception>
    public FrozenModules(Module model, IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            Module[] modules = name == Backbone
                ? [.. model.Children.Where(c => !Classifiers.Contains(c.Name)).Select(c => c.Value)]
                : [.. model.NamedModules().Where(m => m.Name == name && name.Length > 0).Select(m => m.Value)];
            Tensor[] parameters = model is IHasHead network && name == Backbone
                ? [.. model.NamedParameters().Where(p => !network.HeadParameters.Contains(p.Name)).Select(p => p.Value)]
                : [.. modules.SelectMany(m => m.Parameters()), .. model.OwnParameters.Where(p => IsBelow(p.Name, name)).Select(p => p.Value)];
            if (modules.Length + parameters.Length == 0)
            {
                string[] known = [Backbone, .. model.NamedModules().Select(m => m.Name).Where(n => n.Length > 0), .. model.OwnParameters.SelectMany(p => Parts(p.Name)).Distinct()];
                throw new OptionException("freeze", $"there is no module \"{name}\"; {Suggestion.Hint(name, known)}");
            }

            _frozen.AddRange(modules);
            foreach (Tensor parameter in parameters)
            {
                parameter.RequiresGrad = false;
            }
        }

        if (names.Count > 0 && !model.Parameters().Any(p => p.RequiresGrad))
        {
            throw new OptionException("freeze", "nothing is left to train; freeze less");
        }
    }

    /// <summary>Switches the model to training mode, and its frozen parts to evaluation.</summary>
    public void Train(Module model)
    {
        model.Train();
        foreach (Module module in _frozen)
        {
            module.Eval();
        }
    }

    private static bool IsBelow(string parameter, string name) =>
        parameter == name || (parameter.Length > name.Length && parameter[name.Length] == '.' && parameter.StartsWith(name, StringComparison.Ordinal));

    // A network without modules, such as one of an ONNX file, has the names of modules in those of its parameters.
    private static IEnumerable<string> Parts(string name)
    {
        for (int dot = name.IndexOf('.'); dot > 0; dot = name.IndexOf('.', dot + 1))
        {
            yield return name[..dot];
        }

        yield return name;
    }
}
