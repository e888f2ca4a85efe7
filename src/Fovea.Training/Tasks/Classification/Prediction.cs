namespace Fovea.Training;

/// <summary>The classes that a model sees in one image, most likely first.</summary>
/// <param name="Path">The image file.</param>
/// <param name="Classes">The classes, most likely first.</param>
public sealed record Prediction(string Path, IReadOnlyList<ClassProbability> Classes) : IPrediction
{
    /// <summary>The classes and their probabilities: <c>cat 81.32 %, dog 12.10 %</c>.</summary>
    public string ToText(int top) => string.Join(", ", Classes.Take(top).Select(c => $"{c.Class} {Format.Percent(c.Probability)}"));

    string IPrediction.ToJson(string? file) => ToJson();

    /// <summary>One line of JSON: <c>{"path":…,"classes":[{"class":…,"label":…,"probability":…},…]}</c>.</summary>
    public string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("path", Path);
        json.WriteStartArray("classes");
        foreach (ClassProbability c in Classes)
        {
            json.WriteStartObject();
            json.WriteString("class", c.Class);
            json.WriteNumber("label", c.Label);
            json.Number("probability", c.Probability);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}

/// <summary>A class and how likely it is.</summary>
/// <param name="Class">The class's name.</param>
/// <param name="Label">The class's number.</param>
/// <param name="Probability">0 to 1.</param>
public readonly record struct ClassProbability(string Class, int Label, float Probability);
