// A web program on the package Fovea.Training: POST the bytes of a picture to /predict, and the classes that a trained network sees come back as JSON.
//   dotnet run -- --weights ../../runs/classify/NAME/best.safetensors
//   curl --data-binary @cat.jpg localhost:5000/predict
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Training;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = 10 << 20);
string weights = builder.Configuration["weights"] ?? throw new InvalidOperationException("Expected --weights FILE, such as runs/classify/NAME/best.safetensors, got none.");

// One predictor for all requests: it may be used from many threads at once.
builder.Services.AddSingleton(Predictor.Open(new PredictOptions { Weights = weights }));
builder.Services.AddProblemDetails();
WebApplication app = builder.Build();

app.MapGet("/", (Predictor predictor) => new { predictor.Description.Title, predictor.Classes });
app.MapPost("/predict", async (HttpRequest request, Predictor predictor) =>
{
    using var bytes = new MemoryStream();
    await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
    try
    {
        Image picture = ImageCodecs.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), predictor.Description.Decoding);
        Prediction seen = predictor.Predict([picture])[0];
        return Results.Ok(seen.Classes.Take(3).Select(c => new { c.Class, c.Probability }));
    }
    catch (ImageException e)
    {
        return Results.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest);
    }
});
app.Run();
