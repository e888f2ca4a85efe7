System.Console.WriteLine("fovea");
