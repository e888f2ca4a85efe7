using System.Xml.Linq;
using Fovea.Testing;

namespace Fovea.Architecture.Tests;

/// <summary>Dependencies point one way; the project files say so.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Fovea.Simd"] = [],
        ["Fovea.Core"] = ["Fovea.Simd"],
        ["Fovea.Nn"] = ["Fovea.Core"],
        ["Fovea.Imaging"] = [],
        ["Fovea.Imaging.Skia"] = ["Fovea.Imaging"],
        ["Fovea.Imaging.Tiff"] = ["Fovea.Imaging"],
        ["Fovea.Interop"] = ["Fovea.Nn", "Fovea.Onnx"],
        ["Fovea.Onnx"] = ["Fovea.Nn"],
        ["Fovea.Torch"] = ["Fovea.Nn"],
        ["Fovea.Distributed"] = ["Fovea.Nn"],
        ["Fovea.Training"] = ["Fovea.Nn", "Fovea.Distributed", "Fovea.Imaging", "Fovea.Interop", "Fovea.Onnx"],
        ["Fovea.Inspect"] = ["Fovea.Nn", "Fovea.Imaging", "Fovea.Interop", "Fovea.Onnx"],
        ["Fovea.Serving"] = ["Fovea.Inspect", "Fovea.Training", "Fovea.Imaging"],
        ["Fovea.Studio"] = ["Fovea.Serving", "Fovea.Inspect", "Fovea.Training", "Fovea.Imaging"],
        ["Fovea.Cli"] = ["Fovea.Training", "Fovea.Distributed", "Fovea.Inspect", "Fovea.Serving", "Fovea.Studio", "Fovea.Interop", "Fovea.Onnx", "Fovea.Torch", "Fovea.Imaging.Skia", "Fovea.Imaging.Tiff"],
    };

    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(d => Path.GetFileName(d)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_only_what_the_design_allows(string project)
    {
        Assert.True(s_allowed.ContainsKey(project), $"{project} is new: add it, and what it may reference, to this test and to CONTRIBUTING.md.");
        XDocument file = XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
        IEnumerable<string> references = file.Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Empty(references.Except(s_allowed[project]));
    }

    [Theory]
    [InlineData("Modules", "Fovea.Layers", "Fovea.Attention", "Fovea.Models")]
    [InlineData("Layers", "Fovea.Attention", "Fovea.Models")]
    [InlineData("Attention", "Fovea.Models")]
    public void Folders_of_Nn_import_only_what_lies_below(string folder, params string[] forbidden)
    {
        foreach (string file in Sources.Under("Fovea.Nn", folder))
        {
            string text = File.ReadAllText(file);
            foreach (string name in forbidden)
            {
                Assert.False(text.Contains($"using {name};", StringComparison.Ordinal), $"{file} imports {name}, which lies above it.");
            }
        }
    }
}
