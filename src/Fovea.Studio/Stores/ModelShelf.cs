using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Serving.Http;
using Fovea.Studio.Wire;
using Fovea.Training;
using Microsoft.AspNetCore.Http;

namespace Fovea.Studio.Stores;

/// <summary>What models there are to open: those that are shipped, files below one folder, entries of the catalogue with drawn weights.</summary>
internal sealed class ModelShelf(StudioOptions options)
{
    private const int MostFiles = 200;
    private const int ClassesOfPhotographs = 1000;
    private const int FewClasses = 10;
    private const int PhotographSide = 224;
    private const int LeastSide = 8;
    private const int MostSide = 1024;
    private static readonly string[] s_extensions = [".safetensors", ".pth", ".pt", ".npz", ".ckpt", ".onnx"];
    private readonly AllowedFolder _folder = new(options.Folder);

    /// <summary>The model that the page opens first.</summary>
    public OpenModel First => options.Model is { } path ? new OpenModel { Path = path, Model = options.Catalogue }
        : options.Catalogue is { } key ? new OpenModel { Catalogue = key }
        : new OpenModel { Shipped = ShippedModels.Names[0] };

    /// <summary>Everything that is offered.</summary>
    public ModelOffers Offers() => new(
        First,
        ShippedModels.Names,
        [.. _folder.Find(s_extensions, MostFiles)],
        [.. ModelCatalog.All.Select(m => new CatalogueModel(m.Key, m.Title, m.ImageSize))],
        [.. Catalog.All.Where(e => e.Card.KeepsShape && e.Card.Inputs.Count == 1).Select(e => new CatalogueMechanism(e.Card.Key, e.Card.Name))]);

    /// <summary>Opens a model.</summary>
    /// <param name="request">Which.</param>
    /// <param name="cancellation">Stops it, while a file is read.</param>
    /// <exception cref="HttpProblem">The request names none or several, or a path outside of the folder.</exception>
    /// <exception cref="FoveaException">The weights cannot be read, or nothing says what they are of.</exception>
    public StudioModel Open(OpenModel request, CancellationToken cancellation = default)
    {
        if (new[] { request.Path, request.Shipped, request.Catalogue }.OfType<string>().ToArray() is not [{ Length: < 1024 }])
        {
            throw HttpProblem.Wrong("model", "one of path, shipped and catalogue", "none or several");
        }

        return request.Shipped is { } name
            ? ShippedModels.Names.Contains(name) ? ShippedModels.Open(name) : throw HttpProblem.NotFound("shipped model", name, "/api/models lists them.")
            : request.Catalogue is { } key ? Draw(key, request.ImageSize) : Load(request, cancellation);
    }

    private StudioModel Load(OpenModel request, CancellationToken cancellation)
    {
        // The path that the user named when the studio was started is open even outside of the folder.
        // So is the source that the user named; the page cannot name others.
        bool isSource = request.Path == options.Model && WeightsSources.IsSource(request.Path!);
        string path = isSource ? request.Path! : request.Path == options.Model ? Path.GetFullPath(request.Path!) : _folder.Resolve(request.Path!);
        path = ModelWeights.PathOf(path);
        string name = isSource ? path : Path.GetRelativePath(options.Folder, path);
        int? size = request.ImageSize is null ? null : HttpProblem.Check("imageSize", request.ImageSize, LeastSide, MostSide);
        if (WeightsSources.FileNameOf(path).EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && request.Model is null && ModelWeights.Describe(path) is null)
        {
            return OnnxNetworks.Open(path, name, size, cancellation);
        }

        (string? model, string? attention) = request.Model is { } key ? ModelCatalog.Split(key) : (null, null);
        TrainedModel trained = TrainedModel.Open(path, new ModelRequest { Model = model, Attention = attention, ImageSize = size }, cancellation: cancellation);
        return new StudioModel(
            trained.Model, trained.Description, name, true, trained.Description.LookText is { } looked ? [looked, .. trained.Notes] : trained.Notes);
    }

    private static StudioModel Draw(string key, int? imageSize)
    {
        ModelEntry entry = ModelCatalog.Find(key);
        (string model, string? attention) = ModelCatalog.Split(key);
        var description = new ModelDescription
        {
            Model = model,
            Attention = attention,
            ImageSize = HttpProblem.Check("imageSize", imageSize, LeastSide, MostSide, entry.ImageSize),
            Task = Training.Data.DataTask.Find(entry.Task) ?? Training.Data.DataTask.Classify,
            Classes = ModelDescription.Numbered(entry.ImageSize >= PhotographSide ? ClassesOfPhotographs : FewClasses),
        };
        Module module = description.Build();
        Initialization.Draw(module, new Generator(0));
        return new StudioModel(
            module.Eval(), description, key, false, ["The weights were drawn, not trained: the maps show how the mechanism works, and nothing that was learnt."]);
    }
}
