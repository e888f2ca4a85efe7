using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Serving.Batching;
using Fovea.Serving.Http;
using Fovea.Studio.Sessions;
using Fovea.Studio.Stores;
using Fovea.Studio.Wire;
using Fovea.Training;

namespace Fovea.Studio;

/// <summary>What is open in a studio, and the one queue in which models compute. The endpoints are thin over it.</summary>
internal sealed class StudioState : IDisposable
{
    private const long ModelBytes = 2L << 30;
    private const long ImageBytes = 256L << 20;
    private const int MostImages = 256;

    /// <summary>What the names of pictures below the folder begin with.</summary>
    public const string InFolder = "folder:";

    // How often it is seen after what lies idle.
    private static readonly TimeSpan s_sweep = TimeSpan.FromMinutes(1);
    private readonly ITimer _sweeping;

    /// <param name="options">What may be opened, and how much.</param>
    /// <param name="clock">What the time is read from; null for the system's.</param>
    public StudioState(StudioOptions options, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        Options = options;
        Shelf = new ModelShelf(options);
        Folder = new AllowedFolder(options.Folder);
        Models = new("model", options.MaxModels, ModelBytes);
        Images = new("image", MostImages, ImageBytes);
        Sessions = new("session", options.MaxSessions, options.MaxSessionBytes, clock);
        First = new FirstLook(Queue, Shelf, FirstImage, Picture, clock);
        _sweeping = clock.CreateTimer(_ => CloseIdle(), null, s_sweep, s_sweep);
    }

    public StudioOptions Options { get; }

    public ModelShelf Shelf { get; }

    /// <summary>What the page begins with.</summary>
    public FirstLook First { get; }

    /// <summary>The picture that the page begins with.</summary>
    public string FirstImage => Options.Image ?? SamplePictures.Names[0];

    public AllowedFolder Folder { get; }

    public BoundedStore<StudioModel> Models { get; }

    public BoundedStore<Image> Images { get; }

    public BoundedStore<StudioSession> Sessions { get; }

    public ComputeQueue Queue { get; } = new();

    private DecodeOptions Decoding => new() { Limits = new ImageLimits { MaxPixels = Options.MaxPixels } };

    /// <summary>Opens a model; its turn to compute comes as any other's, since weights take memory and time.</summary>
    public async Task<ModelInfo> Open(OpenModel request, CancellationToken cancellation)
    {
        StudioModel model = await First.Model(request) ?? await Queue.Run(() => Shelf.Open(request, cancellation), cancellation);
        string id = Models.Add(model, model.Bytes);

        // A model that had to go takes along what it looked at.
        Sessions.Close((_, session) => !Models.Contains(session.Model));
        return Describe(id, model);
    }

    /// <summary>Opens the first model and has it look at the first picture.</summary>
    public async Task<SessionInfo> Begin(CancellationToken cancellation)
    {
        ModelInfo model = await Open(Shelf.First, cancellation);
        return await Look(new OpenSession(model.Id, FirstImage), cancellation);
    }

    /// <summary>What the middle cell of the session's first relation attends to, as its address would answer: the page shows that first.</summary>
    public MapAhead? FirstMap(SessionInfo session) => Sessions.Get(session.Id).FirstRow is { } row
        ? new MapAhead($"/api/sessions/{session.Id}/sites/{Uri.EscapeDataString(row.Site)}/row?y={row.Y}&x={row.X}&direction=to", row.Body)
        : null;

    /// <summary>The pictures to begin with.</summary>
    public ImageOffers Pictures() => new(
        FirstImage, SamplePictures.Names, Options.MaxUploadBytes, [.. PictureFormats.Readable.Select(f => new ReadableFormat(f.Name, f.Endings))]);

    /// <summary>Decodes a picture, of a file of several one of them, and keeps it.</summary>
    public ImageInfo Add(byte[] file, string name, int page)
    {
        using var stream = new MemoryStream(file, writable: false);
        int pages = PictureStacks.CountPages(stream);
        Image image = pages == 1 && page == 1 ? ImageCodecs.Decode(file, Decoding, name) : PictureStacks.Decode(stream, page, Decoding);
        return new ImageInfo(Images.Add(image, image.Pixels.LongLength), name, image.Width, image.Height, page, pages);
    }

    /// <summary>A picture by the name of a sample, of an upload, or of a file below the folder.</summary>
    public Image Picture(string id) => SamplePictures.Find(id)
        ?? (id == Options.Image ? ImageCodecs.Load(id, Decoding)
            : id.StartsWith(InFolder, StringComparison.Ordinal) ? ImageCodecs.Load(Folder.Resolve(id[InFolder.Length..]), Decoding)
            : Images.Get(id));

    /// <summary>Has a model look at a picture.</summary>
    public async Task<SessionInfo> Look(OpenSession request, CancellationToken cancellation)
    {
        string modelId = request.Model ?? throw HttpProblem.Wrong("model", "the name of an open model", null);
        string imageId = request.Image ?? throw HttpProblem.Wrong("image", "the name of a picture", null);
        StudioModel model = Models.Get(modelId);
        Image picture = Picture(imageId);
        StudioSession session = First.Session(model, imageId) ?? await Queue.Run(() => StudioSession.Run(model, picture), cancellation);
        return Describe(Sessions.Add(session, session.Bytes), modelId, imageId, session);
    }

    public static ModelInfo Describe(string id, StudioModel model) => new(
        id, model.Name, model.Description.Title, model.Description.Task.Name, [model.Description.ImageSize.Height, model.Description.ImageSize.Width], model.Description.PreprocessingText, model.Parameters,
        model.IsTrained, model.Description.Classes, model.Notes);

    public static IReadOnlyList<SiteInfo> Describe(StudioSession session)
    {
        var names = new Dictionary<Module, string>();
        foreach ((string name, Module module) in session.Model.Module.NamedModules())
        {
            names.TryAdd(module, name);
        }

        return [.. session.Sites.Select(s => SiteViews.Describe(s, names.GetValueOrDefault(s.Module, string.Empty)))];
    }

    /// <summary>Closes the sessions that nobody used for the idle time, and the first look, if nobody asked for it.</summary>
    public void CloseIdle()
    {
        Sessions.CloseIdle(Options.IdleTime);
        First.CloseIdle(Options.IdleTime);
    }

    public void Dispose()
    {
        _sweeping.Dispose();
        Queue.Dispose();
    }

    private static SessionInfo Describe(string id, string modelId, string image, StudioSession session)
    {
        const int shown = 10;
        return new(
            id, Describe(modelId, session.Model), image, session.Seen.Width,
            [.. ClassScores.Of(session.Scores, session.Model.Description.Classes).OrderByDescending(c => c.Logit).Take(shown)],
            Describe(session), session.Bytes);
    }
}
