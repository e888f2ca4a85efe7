namespace Fovea.Training;

/// <summary>
/// Parts of a model that are not trained, always or for the first epochs: their parameters get no gradient, and their norms keep their statistics.
/// What is frozen in an epoch follows from the epoch's number alone, so that a run can be resumed anywhere.
/// </summary>
internal sealed class FrozenModules
{
    private readonly List<(Module Module, int Epochs)> _modules = [];
    private readonly Dictionary<Tensor, int> _parameters = [];

    /// <summary>Freezes parts of a model. What is named several times is frozen for the longest of them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="names">Dotted names or patterns, each with the number of epochs or without; see <see cref="TrainOptions.Freeze"/>.</param>
    /// <exception cref="OptionException">There is no such part, or nothing is left to train.</exception>
    public FrozenModules(Module model, IReadOnlyList<string> names)
    {
        foreach (FrozenPart part in names.Select(FrozenPart.Parse))
        {
            (Module[] modules, Tensor[] parameters) = part.Name == FrozenPart.Backbone ? Backbone(model) : Named(model, part);
            _modules.AddRange(modules.Select(m => (m, part.Epochs)));
            foreach (Tensor parameter in parameters)
            {
                _parameters[parameter] = Math.Max(part.Epochs, EpochsOf(parameter));
            }
        }

        if (names.Count > 0 && model.Parameters().All(p => EpochsOf(p) > 0))
        {
            throw new OptionException("freeze", "nothing is left to train from the first epoch on; freeze less");
        }

        foreach ((Tensor parameter, int epochs) in _parameters)
        {
            parameter.RequiresGrad = epochs < FrozenPart.Always;
        }
    }

    /// <summary>For how many epochs a parameter is frozen: 0 for one that is trained from the beginning, <see cref="FrozenPart.Always"/> for one that never is.</summary>
    public int EpochsOf(Tensor parameter) => _parameters.GetValueOrDefault(parameter);

    /// <summary>What becomes trained with an epoch, counted from 0, as it was asked for; empty for most epochs.</summary>
    public static IReadOnlyList<string> Thawing(IReadOnlyList<string> names, int epoch) =>
        [.. names.Select(FrozenPart.Parse).Where(p => p.Epochs == epoch).Select(p => p.Name)];

    /// <summary>Switches the model to training mode, and what of it is frozen in an epoch to evaluation.</summary>
    /// <param name="model">The model.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public void Train(Module model, int epoch = 0)
    {
        model.Train();
        foreach ((Module module, _) in _modules.Where(m => epoch < m.Epochs))
        {
            module.Eval();
        }

        foreach ((Tensor parameter, int epochs) in _parameters)
        {
            parameter.RequiresGrad = epoch >= epochs;
        }
    }

    /// <summary>Switches the model to what it is in when all that thaws is trained: what takes the most memory.</summary>
    public void TrainThawed(Module model) => Train(model, FrozenPart.Always - 1);

    // Parts without a parameter, such as a dropout in the head, are of what they lie in.
    private static (Module[] Modules, Tensor[] Parameters) Backbone(Module model)
    {
        HashSet<string> head = NetworkHead.Parameters(model);
        Module[] modules =
        [
            .. model.NamedModules()
                .Where(m => m.Name.Length > 0 && (!m.Name.Contains('.', StringComparison.Ordinal) || m.Value.Parameters().Any()))
                .Where(m => !NetworkHead.IsHead(m.Name, head))
                .Select(m => m.Value),
        ];
        return (modules, [.. model.NamedParameters().Where(p => !head.Contains(p.Name)).Select(p => p.Value)]);
    }

    private static (Module[] Modules, Tensor[] Parameters) Named(Module model, FrozenPart part)
    {
        Module[] modules = [.. model.NamedModules().Where(m => part.Means(m.Name)).Select(m => m.Value)];
        Tensor[] parameters = [.. model.NamedParameters().Where(p => part.Means(p.Name)).Select(p => p.Value)];
        if (modules.Length + parameters.Length == 0)
        {
            string[] known =
            [
                FrozenPart.Backbone, .. model.NamedModules().Select(m => m.Name).Where(n => n.Length > 0),
                .. model.OwnParameters.SelectMany(p => Parts(p.Name)).Distinct(),
            ];
            throw new OptionException("freeze", $"there is no module \"{part.Name}\"; {Suggestion.Hint(part.Name, known)}");
        }

        return (modules, parameters);
    }

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
