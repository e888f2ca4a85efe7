using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Where a task reports an evaluation to, and what it may look at.</summary>
/// <param name="Folder">The folder of the report.</param>
/// <param name="Page">The page.</param>
/// <param name="Model">The model with the weights that were evaluated, if the task revisits them (<see cref="ITask.RevisitsBest"/>).</param>
/// <param name="Data">The images that it was evaluated on.</param>
public sealed record ReportContext(RunFolder Folder, ReportPage Page, Module Model, DataLoader Data)
{
    /// <summary>Writes a sample image beside the report, under <c>samples/</c>.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="png">The image as PNG.</param>
    public void WriteSample(string name, byte[] png)
    {
        string path = Folder.File(Path.Combine("samples", name));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Io.AtomicFile.Write(path, png);
    }
}
