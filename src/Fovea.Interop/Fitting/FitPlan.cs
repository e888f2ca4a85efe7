namespace Fovea.Io;

/// <summary>What of a state dict goes where in a model, before anything is changed.</summary>
internal sealed class FitPlan
{
    private FitPlan(ModelOutline model, FoundPart found)
    {
        Model = model;
        Part = found.Part;
        IsPart = found.Part.Length + found.Outside.Count > 0;
        State = found.State;
        foreach ((string name, Shape shape) in model.Shapes)
        {
            if (!State.TryGetValue(name, out Tensor? value))
            {
                Place(name);
            }
            else if (value.Shape == shape)
            {
                Taken.Add(name);
            }
            else if (ShapeRules.All.FirstOrDefault(r => r.Applies(model, name, value.Shape, shape)) is { } rule)
            {
                Adapted.Add((name, rule));
            }
            else if (model.IsHeadLayer(name))
            {
                Fresh.Add(name);
            }
            else
            {
                Misshapen.Add($"{name} (expected {shape}, got {value.Shape})");
            }
        }

        Unused = [.. State.Keys.Where(n => !model.Shapes.ContainsKey(n)).Concat(found.Outside).Where(n => !ModelOutline.IsCounter(n))];
        SplitMechanisms();
    }

    public ModelOutline Model { get; }

    /// <summary>The part of the model that the weights are for; empty for all of it.</summary>
    public string Part { get; }

    /// <summary>Whether the weights stand for a part of the model, or the model for a part of theirs.</summary>
    public bool IsPart { get; }

    /// <summary>The weights under the model's names.</summary>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Tensors that fit as they are.</summary>
    public List<string> Taken { get; } = [];

    /// <summary>Tensors that a rule brings into shape.</summary>
    public List<(string Name, IShapeRule Rule)> Adapted { get; } = [];

    /// <summary>Tensors of a new classifier, of new mechanisms, and of what stands around the part.</summary>
    public List<string> Fresh { get; } = [];

    /// <summary>Tensors of the backbone that the weights lack.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>Tensors of another shape that no rule helps, with both shapes.</summary>
    public List<string> Misshapen { get; } = [];

    /// <summary>Tensors of the weights that the model has no place for, by the weights' names.</summary>
    public IReadOnlyList<string> Unused { get; }

    /// <summary>How much of the backbone the weights have, 0 to 1: of all that is neither classifier nor mechanism nor around their part.</summary>
    public double Share
    {
        get
        {
            int had = Taken.Count(IsBackbone) + Adapted.Count(a => IsBackbone(a.Name));
            int all = had + Missing.Count + Misshapen.Count;
            return all == 0 ? 0 : (double)had / all;
        }
    }

    public static FitPlan Of(Module module, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var model = ModelOutline.Of(module);

        // A detector's backbone lies in a part of its own with the feature pyramid.
        string[] parts = [.. module.Children.SelectMany(c => c.Value.Children.Select(d => $"{c.Name}.{d.Name}").Prepend(c.Name))];
        return new FitPlan(model, FoundPart.Of(model, parts, tensors));
    }

    private bool IsBackbone(string name) => !Model.IsHead(name) && Model.MechanismOf(name) is null;

    private void Place(string name)
    {
        bool isAround = Part.Length > 0 && !name.StartsWith($"{Part}.", StringComparison.Ordinal);
        (isAround || Model.IsHead(name) || Model.MechanismOf(name) is not null ? Fresh : Missing).Add(name);
    }

    // A mechanism that the weights have in part is damaged rather than new.
    private void SplitMechanisms()
    {
        HashSet<string> had = [.. Taken.Concat(Adapted.Select(a => a.Name)).Select(Model.MechanismOf).OfType<string>()];
        Missing.AddRange(Fresh.Where(n => Model.MechanismOf(n) is { } m && had.Contains(m)));
        Fresh.RemoveAll(n => Model.MechanismOf(n) is { } m && had.Contains(m));
    }
}
