#!/usr/bin/env dotnet
#:project ../src/Fovea.Training/Fovea.Training.csproj
#:property PublishAot=false

// From a PyTorch file to a prediction. With a checkpoint and a picture of your own:
//   dotnet run -c Release samples/bring-a-checkpoint.cs resnet18.pth cat.jpg
// Without, it first writes a small PyTorch file from weights that lie in the repository, and looks at a made picture.
using Fovea;
using Fovea.Imaging.Codecs;
using Fovea.Io;
using Fovea.Training;
using Fovea.Training.Data;

string folder = Directory.CreateTempSubdirectory("checkpoint").FullName;
(string checkpoint, string picture) = args is [var first, var second] ? (first, second) : MakeOwn();

#region Bring
// What model the weights are of is found by their names and shapes;
// a class, a size and the like can be said in the request.
TrainedModel opened = TrainedModel.Open(checkpoint, new ModelRequest());
ModelDescription card = opened.Description;
Console.WriteLine($"{Path.GetFileName(checkpoint)} is {card.Key} for {card.Classes.Count} classes");

// The module is there to be called, trained on or compiled; a predictor
// does with pictures what a run's evaluation does.
var options = new PredictOptions { Weights = checkpoint, Top = 3 };
foreach (Prediction seen in Predictor.Open(options).Predict([picture]))
{
    Console.WriteLine(seen.Path);
    foreach (ClassProbability c in seen.Classes)
    {
        Console.WriteLine($"  {c.Class} {c.Probability:P1}");
    }
}
#endregion

Directory.Delete(folder, recursive: true);

(string Checkpoint, string Picture) MakeOwn()
{
    string here = (string)AppContext.GetData("EntryPointFileDirectoryPath")!;
    string weights = Path.Combine(here, "../src/Fovea.Studio/Assets/clutter-cbam.safetensors");
    string pth = Path.Combine(folder, "model.pth"), png = Path.Combine(folder, "star.png");
    using TensorScope scope = TensorScope.Begin();
    PyTorchFile.Write(pth, WeightsFile.Read(weights).Tensors);
    ImageCodecs.Save(png, new ClutterDataset(16, split: DataSplit.Val).Get(5).Image);
    return (pth, png);
}
