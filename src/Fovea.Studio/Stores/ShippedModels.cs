using System.Reflection;
using Fovea.Io;
using Fovea.Training;

namespace Fovea.Studio.Stores;

/// <summary>The small models that come with the program, trained on Clutter.</summary>
internal static class ShippedModels
{
    private const string Prefix = "assets/";
    private const string Suffix = ".safetensors";

    /// <summary>Their names; the first is what the page opens on: a relation, in which there is most to point at.</summary>
    public static IReadOnlyList<string> Names { get; } = ["clutter-pam", "clutter-cbam"];

    /// <summary>Opens one.</summary>
    public static StudioModel Open(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{name}{Suffix}")!;
        using TensorScope scope = TensorScope.Begin();
        SafetensorsFile file = SafetensorsFile.Read(stream);
        ModelDescription description = ModelDescription.FromMetadata(file.Metadata)!;
        Module module = description.Build();
        StateDict.Load(module, file.Tensors);
        return new StudioModel(module.Eval(), description, name, true, []);
    }
}
