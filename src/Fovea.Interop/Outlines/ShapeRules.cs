namespace Fovea.Io;

/// <summary>One way to bring a tensor of weights into the shape that a model has.</summary>
internal interface IShapeRule
{
    /// <summary>Whether the rule is for this tensor of a model.</summary>
    bool Applies(ModelOutline model, string name, Shape from, Shape to);

    /// <summary>The tensor in the model's shape, and what was done in words.</summary>
    (Tensor Value, string How) Adapt(Tensor value, Shape to);
}

/// <summary>Every rule.</summary>
internal static class ShapeRules
{
    public static IReadOnlyList<IShapeRule> All { get; } = [new InputChannelRule(), new PositionRule()];
}
